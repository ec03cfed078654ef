-- Prints what wrk measured as one line of JSON; latencies in microseconds.
-- Arguments: N, and a port and a host for each thread. With N > 0 each connection waits about N ms
-- between answer and next request.
local threads = 0

function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

function init(args)
    local pause_ms = tonumber(args[1])
    if pause_ms > 0 then
        math.randomseed(1)
        local least, most = math.floor(pause_ms / 2), math.floor(pause_ms * 3 / 2)
        delay = function() return math.random(least, most) end
    end
    wrk.thread.addr = wrk.lookup(wrk.host, args[2 + 2 * number])[1]
    wrk.headers["Host"] = args[3 + 2 * number]
end

function done(summary, latency, requests)
    local e = summary.errors
    io.write(string.format(
        '\nSUMMARY {"requests": %d, "duration_us": %d, "p50_us": %d, "p99_us": %d, "errors": %d}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
        e.connect + e.read + e.write + e.status + e.timeout))
end
