-- /ping does not use the database; this is the shortest round trip for comparison.
SELECT 1;
