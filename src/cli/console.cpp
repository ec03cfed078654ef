#include "cli/console.hpp"

namespace homeport::cli {

int exit_code_of(const Error& error) {
    const bool settings = error.code == Errc::invalid || error.code == Errc::denied;
    return settings ? kWrongUsage : kFailed;
}

int Console::fail(int code, std::string_view what, std::string_view remedy) const {
    err << "homeport: " << printable(what);
    if (!remedy.empty()) err << " (" << printable(remedy) << ')';
    err << '\n';
    err.flush();
    return code;
}

std::string printable(std::string_view text) {
    std::string clean(text);
    for (char& c : clean) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 32 || byte == 127) c = '?';
    }
    return clean;
}

}  // namespace homeport::cli
