#pragma once
/// One line per event: a level, a name in lower case with dots ("link.up"), and key=value fields.
/// Never a secret: no token, key, password or payload. Values are escaped by the sink.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace homeport {

enum class Level : std::uint8_t { debug, info, warn, error };

struct Field {
    std::string_view key;
    std::string value;

    Field(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
    Field(std::string_view k, std::string_view v) : key(k), value(v) {}
    Field(std::string_view k, const char* v) : key(k), value(v) {}
    template <class Number>
        requires std::is_arithmetic_v<Number>
    Field(std::string_view k, Number v) : key(k), value(std::to_string(v)) {}
};

class Log {
public:
    virtual ~Log() = default;
    virtual bool enabled(Level level) const = 0;
    virtual void write(Level level, std::string_view event,
                       std::initializer_list<Field> fields) = 0;

    void debug(std::string_view event, std::initializer_list<Field> fields = {}) {
        if (enabled(Level::debug)) write(Level::debug, event, fields);
    }
    void info(std::string_view event, std::initializer_list<Field> fields = {}) {
        write(Level::info, event, fields);
    }
    void warn(std::string_view event, std::initializer_list<Field> fields = {}) {
        write(Level::warn, event, fields);
    }
    void error(std::string_view event, std::initializer_list<Field> fields = {}) {
        write(Level::error, event, fields);
    }
};

/// "event key=value key="va lue"": control characters and quotes escaped, so that a hostile value
/// cannot forge a line.
std::string format_log_line(std::string_view event, std::initializer_list<Field> fields);

/// Says nothing.
class NullLog final : public Log {
public:
    bool enabled(Level) const override { return false; }
    void write(Level, std::string_view, std::initializer_list<Field>) override {}
};

}  // namespace homeport
