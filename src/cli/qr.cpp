#include "cli/qr.hpp"

#include <qrencode.h>

#include <memory>

namespace homeport::cli {
namespace {

/// Modules of light border that readers want (ISO/IEC 18004: four).
constexpr int kQuietModules = 4;

}  // namespace

Result<std::string> render_qr(std::string_view text) {
    const std::string owned(text);
    const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
        QRcode_encodeString(owned.c_str(), 0, QR_ECLEVEL_L, QR_MODE_8, /*casesensitive=*/1),
        QRcode_free);
    if (code == nullptr) return fail(Errc::limit, "the token does not fit into a QR code");

    const auto dark = [&](int x, int y) {
        return x >= 0 && y >= 0 && x < code->width && y < code->width &&
               (code->data[y * code->width + x] & 1) != 0;
    };
    std::string out;
    for (int y = -kQuietModules; y < code->width + kQuietModules; y += 2) {
        out += "\x1b[30;107m";  // black on white, whatever the terminal's colours are
        for (int x = -kQuietModules; x < code->width + kQuietModules; ++x) {
            const bool upper = dark(x, y);
            const bool lower = dark(x, y + 1);
            out += upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " ";
        }
        out += "\x1b[0m\n";
    }
    return out;
}

}  // namespace homeport::cli
