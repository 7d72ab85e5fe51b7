-- A multipart upload whose sixteen digits at a fixed place are other ones in every request. Arguments: the form's file,
-- offset of the digits in it, first number, bearer token. Says in one line of JSON how it went.
local head, tail, number

function init(args)
   local file = assert(io.open(args[1], "rb"))
   local form = file:read("*a")
   file:close()
   local mark = tonumber(args[2])
   number = tonumber(args[3])
   -- By hand, because wrk.format takes the length of a body that it is not given for none.
   head = table.concat({
      "POST " .. wrk.path .. " HTTP/1.1",
      "Host: " .. wrk.host .. ":" .. wrk.port,
      "Content-Type: multipart/form-data; boundary=bench",
      "Content-Length: " .. #form,
      "Authorization: Bearer " .. args[4],
      "\r\n",
   }, "\r\n")
   head = head .. form:sub(1, mark)
   tail = form:sub(mark + 17)
end

function request()
   number = number + 1
   return head .. string.format("%016d", number) .. tail
end

function done(summary, latency)
   local errors = summary.errors
   io.write(string.format('{"taken":%d,"micros":%d,"refused":%d,"broken":%d,"p50":%d,"p99":%d}\n', summary.requests,
      summary.duration, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
      latency:percentile(50), latency:percentile(99)))
end
