#include "app/park_memory.hpp"

#include "app/limits.hpp"
#include "app/parked_answer.hpp"
#include "cli/state_dir.hpp"

#include <nlohmann/json.hpp>

namespace homeport::app {
namespace {

using nlohmann::json;

/// A board of {"service": "answer"}; nothing: not of this form.
std::optional<ParkBoard> read_board(const json& object) {
    if (!object.is_object()) return std::nullopt;
    ParkBoard board;
    for (const auto& [service, answer] : object.items()) {  // "" comes first
        if (!answer.is_string()) return std::nullopt;
        // What may be answered is decided when it is answered.
        auto parsed = parse_parked_answer(answer.get<std::string>(), true);
        if (!parsed) return std::nullopt;
        board.park(service, std::move(*parsed));
    }
    return board;
}

}  // namespace

Result<ParkBoards> ParkFile::load() {
    ParkBoards boards;
    const auto text = cli::read_trusted_file(path_, kMaxParkFileBytes);
    if (!text && text.error().code == Errc::not_found) return boards;
    if (!text) return std::unexpected(text.error());
    const json object = json::parse(*text, nullptr, false);
    if (!object.is_object())
        return fail(Errc::invalid, path_ + " is damaged; park again what shall be parked");
    for (const auto& [home, wishes] : object.items()) {
        auto board = read_board(wishes);
        if (!board)
            return fail(Errc::invalid, path_ + " is damaged; park again what shall be parked");
        boards.emplace(home, std::move(*board));
    }
    return boards;
}

Result<> ParkFile::save(const ParkBoards& boards) {
    json object = json::object();
    for (const auto& [home, board] : boards) {
        json& wishes = object[home] = json::object();
        for (const auto& [service, answer] : board.wishes()) wishes[service] = to_string(answer);
    }
    return cli::write_private_file(path_,
                                   object.dump(1, ' ', false, json::error_handler_t::replace));
}

}  // namespace homeport::app
