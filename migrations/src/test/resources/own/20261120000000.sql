-- What the newest recorded schema lacks.
ALTER TABLE artifact_v3 ALTER location TYPE text;
ALTER TABLE artifact_v3 ALTER ds_type TYPE text;
ALTER TABLE artifact_v3 ALTER sha TYPE text;
ALTER TABLE artifact_v3 ALTER type TYPE text;
ALTER TABLE artifact_v3 ALTER content_type TYPE text;
ALTER TABLE metadata_v3 ALTER type TYPE text;
