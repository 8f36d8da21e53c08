-- Sends the calls of one workload. The benchmark writes these variables before it:
--   calls       {{method, path, body}, ...}; {n}, {beat}, {run}, {filled} and {task} in them are replaced here
--   first_n     the first unique number of this measurement
--   first_beat  the first of beat_count run numbers that are used in turn
--   first_run, first_task, task_count, tasks_per_run
--               the runs that get tasks, and their tasks, which are used in turn
--   threads     the number of threads of wrk

local count = 0
local pending = {}
local head = 1
local tail = 1
local known = {}
local started = {}

function setup(thread)
  thread:set("id", #started)
  table.insert(started, thread)
end

-- Texts between the variables, and the names of these at every second position. Making a request costs processor time that
-- service and database do not get, and pgbench needs less of it, so templates are taken apart only once.
local function parts(text)
  local all = {}
  local from = 1
  for start, name, stop in text:gmatch("(){(%l+)}()") do
    table.insert(all, text:sub(from, start - 1))
    table.insert(all, name)
    from = stop
  end
  table.insert(all, text:sub(from))
  return all
end

-- Used again for each request.
local pieces = {}

local function fill(template, values)
  local size = #template
  if size == 1 then
    return template[1]
  end
  for i = 1, size, 2 do
    pieces[i] = template[i]
    pieces[i + 1] = values[template[i + 1]]
  end
  return table.concat(pieces, "", 1, size)
end

local templates = {}

local function template(call)
  local known = templates[call]
  if not known then
    local head = call[1] .. " " .. call[2] .. " HTTP/1.1\r\nHost: " .. wrk.headers["Host"]
    if call[3] ~= "" then
      head = head .. "\r\nContent-Length: {length}"
    end
    known = { head = parts(head .. "\r\n\r\n"), body = parts(call[3]) }
    templates[call] = known
  end
  return known
end

local values = {}

local function render(call, created)
  local n = count * threads + id
  count = count + 1
  local position = n % task_count
  values.n = string.format("%.0f", first_n + n)
  values.beat = first_beat + n % beat_count
  values.run = created and created.run or first_run + math.floor(position / tasks_per_run)
  values.filled = first_task + position
  values.task = created and created.task
  local known = template(call)
  local body = fill(known.body, values)
  values.length = #body
  return fill(known.head, values) .. body
end

local function is_constant(call)
  return not (call[2]:find("{%l+}") or call[3]:find("{%l+}"))
end

if #calls == 1 and is_constant(calls[1]) then
  -- Without the function request, wrk sends the same bytes again and does not call Lua.
  wrk.method, wrk.path, wrk.body = calls[1][1], calls[1][2], calls[1][3]
else
  function request()
    local next = pending[head]
    if next == nil then
      return render(calls[1])
    end
    pending[head] = nil
    head = head + 1
    return render(next.call, next.created)
  end
end

if #calls > 1 then
  -- wrk does not tell which request an answer belongs to. A task that was not seen before was created just now.
  function response(status, headers, body)
    local task = body:match('"task_id": ?"?(%d+)')
    if task and not known[task] then
      known[task] = true
      local created = { task = task, run = body:match('"run_number": ?"?(%d+)') }
      for i = 2, #calls do
        pending[tail] = { call = calls[i], created = created }
        tail = tail + 1
      end
    end
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    "result requests=%d micros=%d p50=%d p99=%d connect=%d read=%d write=%d status=%d timeout=%d\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect, errors.read, errors.write, errors.status, errors.timeout))
end
