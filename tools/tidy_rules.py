"""What tools/tidy allows and forbids, as tables. An exception carries its reason."""
import re

MAX_COLUMNS = 100
MAX_FUNCTION_LINES = 70
MAX_FILE_LINES = 500
MAX_UNTESTED_LINES = 40

# What a folder of src/ may include besides itself and core. "*": everything.
EDGES = {
    "core": (),
    "crypto": (),
    "http": (),
    "http/server": ("net", "http"),
    "net": (),
    "net/linux": ("net",),
    "net/tls": ("net",),
    "store": (),
    "store/memory": ("store",),
    "store/sqlite": ("store",),
    "config": (),
    "dns/wire": (),
    "dns/zone": ("dns/wire",),
    "dns/zonefile": ("dns/wire", "dns/zone"),
    "dns/tsig": ("dns/wire", "crypto"),
    "dns/sign": ("dns/wire", "dns/zone", "crypto"),
    "dns/transfer": ("dns/wire", "dns/zone"),
    "dns/update": ("dns/wire", "dns/zone"),
    "dns/server": ("net", "dns/wire", "dns/zone", "dns/sign", "dns/transfer", "dns/tsig",
                   "dns/update"),
    "dns/check": ("net", "dns/wire"),
    "names": ("net", "http", "store", "crypto", "dns/wire"),
    "reach/wire": ("crypto",),
    "reach/portmap": ("reach/wire",),
    "reach/truth": ("reach/wire",),
    "reach/service": ("net", "http", "http/server", "dns/wire", "dns/check", "reach/wire",
                      "reach/portmap", "reach/truth"),
    "reach/probe": ("net", "reach/wire"),
    "tunnel/protocol": (),
    "tunnel": ("net", "config", "tunnel/protocol"),
    "tunnel/relay": ("net", "config", "store", "tunnel/protocol", "tunnel"),
    "tunnel/agent": ("net", "config", "tunnel/protocol", "tunnel"),
    "front": ("net", "config", "http"),
    "cli": ("config", "dns/check", "dns/wire", "dns/zone", "dns/zonefile", "dns/server", "names",
            "net", "net/linux", "net/tls", "reach/portmap", "reach/service", "reach/truth", "store",
            "store/sqlite", "tunnel/protocol"),
    "app/names": ("net", "net/linux", "net/tls", "config", "cli", "crypto", "dns/wire", "dns/zone",
                  "dns/zonefile", "dns/sign", "dns/transfer", "dns/tsig", "dns/update",
                  "dns/server", "http", "http/server", "names", "store", "store/sqlite"),
    "app/direct": ("net", "config", "cli", "crypto", "front", "reach/portmap", "reach/service",
                   "reach/truth", "reach/wire", "tunnel", "tunnel/agent", "tunnel/protocol"),
    "app": ("*",),
}

# What tests of a folder may include besides: real sockets under a part that knows streams only.
TEST_EDGES = {
    "dns/server": ("net/linux",),
    "dns/check": ("net/linux",),
    "http/server": ("net/linux", "net/tls"),
    "reach/service": ("net/linux",),
    "reach/probe": ("net/linux",),
    "app/direct": ("net/linux",),
}

# Foreign headers and the only folders that may include them; the first row that fits counts.
# "tests" stands for every *_test.cpp, test/ and sim/.
SYSTEM = ("net/linux", "app", "app/names", "cli", "tests")
FOREIGN = [
    (r"openssl/|intel-ipsec-mb\.h", ("net/tls", "crypto")),
    (r"sqlite3\.h", ("store/sqlite",)),
    (r"toml\+\+/|toml\.hpp", ("config",)),
    (r"nlohmann/", ("cli", "app", "app/direct", "app/names", "store/sqlite", "names", "test")),
    (r"CLI/", ("cli",)),
    (r"qrencode\.h", ("cli",)),
    (r"curl/", ("cli",)),
    (r"ldns/", ("dns/zonefile",)),
    (r"fmt/", ("*",)),
    (r"(gtest|gmock|rapidcheck)[./]", ("tests", "store")),
    (r"benchmark/", ("test",)),
    (r"sys/(epoll|socket|un|uio|eventfd|timerfd|signalfd|sendfile)\.h", ("net/linux", "tests")),
    (r"(netinet|arpa|net|linux)/|netdb\.h", ("net/linux", "tests")),
    (r"poll\.h", ("net/linux", "app", "tests")),
    (r"(malloc|link)\.h", ("app", "test")),
    (r"(sys|bits)/", SYSTEM),
    (r"(unistd|fcntl|signal|errno|termios|pwd|grp|dirent|pthread|sched|spawn)\.h", SYSTEM),
]
FOREIGN_IN_FILES = {  # path: (headers, why)
    "src/core/ip.cpp": (r"(arpa/inet|netinet/in|sys/socket)\.h", "inet_pton needs no socket"),
    "src/cli/curl_library.cpp": (r"dlfcn\.h", "opens libcurl when a command needs it"),
    "src/cli/control_client.cpp": (r"(sys/(socket|un)|poll)\.h", "one question, no loop"),
    "src/config/load.cpp": (r"(fcntl|unistd|sys/stat)\.h", "reads files at the start"),
    "src/net/tls/identity.cpp": (r"(fcntl|unistd|sys/stat)\.h", "a key file for its owner only"),
    "src/store/sqlite/file.cpp": (r"(fcntl|unistd|sys/stat)\.h", "files for the owner"),
}

# No clock, no randomness, no sockets: the same input gives the same output, always.
PURE_FOLDERS = ("core", "dns/wire", "dns/zone", "dns/zonefile", "dns/tsig", "dns/sign",
                "dns/transfer", "dns/update", "http", "crypto", "tunnel/protocol", "reach/wire",
                "reach/portmap", "reach/truth")
PURE_FILES = re.compile(
    r"src/front/(http_(?!visitor)\w+|client_hello|proxy_header|head_queue|catalog)\.[ch]pp$")
IMPURE_HEADERS = ("thread", "mutex", "random", "fstream", "iostream", "filesystem", "future",
                  "condition_variable", "ctime")
IMPURE = re.compile(r"::now\s*\(|\bmt19937|\bgetenv\s*\(|\bgetrandom\s*\(|(?<![\w.>])socket\s*\(")

# Pure files that have no test file beside them, with the reason.
UNTESTED = {
    "src/dns/zonefile/record_list.cpp": "through read_zone() in read_zone_test.cpp",
    "src/dns/zonefile/record_reader.cpp": "through read_zone() in read_zone_test.cpp",
    "src/dns/zonefile/svcb_text.cpp": "through append_rdata() in rdata_text_test.cpp",
    "src/front/catalog.cpp": "through Front in front_test.cpp",
    "src/front/proxy_header.cpp": "in small_parts_test.cpp",
    "src/http/fields.cpp": "through the heads in head_test.cpp",
    "src/tunnel/protocol/session_input.cpp": "session_test.cpp and session_random_test.cpp",
    "src/tunnel/protocol/session_output.cpp": "session_test.cpp and session_random_test.cpp",
}

# Calls that go past the ports or past ownership: pattern, folders that may, remedy.
FREE = r"(?<![\w.>:])(?:::|std::)?"  # a free function, not a member
BANNED = [
    (FREE + r"(rand|srand)\s*\(", (), "take randomness from net::Entropy"),
    (r"\brandom_device\b", (), "take randomness from net::Entropy"),
    (FREE + r"(sleep|usleep)\s*\(|\bsleep_(for|until)\s*\(", ("tests",), "arm a net::Timer"),
    (FREE + r"(strcpy|strcat|sprintf|vsprintf|gets|alloca)\s*\(", (), "unbounded: use std or fmt"),
    (FREE + r"time\s*\(\s*(nullptr|NULL|0|&)", ("app",), "take the time from net::Loop"),
    (r"\bsystem_clock::now\b", ("net/linux", "app", "app/names", "tests"),
     "take the time from net::Loop"),
    # unique_ptr<T>(new T): the way to a private constructor. `new (` is placement.
    (r"(?m)^(?!.*unique_ptr<).*(?<!operator )\bnew\b(?!\s*\()", (), "own it: std::make_unique"),
    (r"(?<!operator )(?<!= )\bdelete\b", (), "own it with std::unique_ptr"),
]
LAMBDA_IN_AWAIT = re.compile(r"\bco_await\b[^;{}]*[(,=\s]\[[^\]\s][^\]]*\]\s*[({]")
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
