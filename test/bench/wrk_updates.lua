-- Updates of the name service by the dyndns2 protocol. Arguments: "same" or "change", the zone,
-- names of each account, and for each account its name, ":" and its Authorization.
local accounts, zone, names, change = {}, "", 0, false
local number = 0
wrong = 0
local workers = {}

function setup(thread)
    workers[#workers + 1] = thread
end

function init(args)
    change, zone, names = args[1] == "change", args[2], tonumber(args[3])
    for i = 4, #args do
        local name, authorization = args[i]:match("^([^:]+):(.*)$")
        accounts[#accounts + 1] = { name = name, fields = {
            ["Authorization"] = authorization, ["User-Agent"] = "bench/1" } }
    end
    wrong = 0
    math.randomseed(os.time())
end

-- Without a change every name has the address that its number makes.
function request()
    number = number + 1
    local account = accounts[1 + number % #accounts]
    local which = math.floor(number / #accounts) % names
    local address
    if change then
        address = string.format("10.%d.%d.%d", math.random(0, 199), math.random(0, 255),
                                math.random(0, 255))
    else
        address = string.format("10.201.%d.%d", math.floor(which / 256), which % 256)
    end
    local path = string.format("/nic/update?hostname=%s%04d.%s&myip=%s", account.name, which, zone,
                               address)
    return wrk.format("GET", path, account.fields)
end

function response(status, headers, body)
    if status ~= 200 or not (body:find("^good") or body:find("^nochg")) then wrong = wrong + 1 end
end

function done(summary, latency, requests)
    local e, bad = summary.errors, 0
    for _, worker in ipairs(workers) do bad = bad + worker:get("wrong") end
    io.write(string.format(
        '\nSUMMARY {"requests": %d, "duration_us": %d, "p50_us": %d, "p99_us": %d, "errors": %d, "wrong": %d}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
        e.connect + e.read + e.write + e.status + e.timeout, bad))
end
