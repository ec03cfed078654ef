#include "app/sample_site.hpp"

#include "app/limits.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace homeport::app {
namespace {

constexpr std::uint64_t kSampleBytes = std::uint64_t{kSampleLines} * kSampleLineBytes;

/// "line 00000007 of the homeport demo ..." with its end, kSampleLineBytes in all.
std::array<char, kSampleLineBytes> sample_line(std::uint64_t number) {
    std::array<char, kSampleLineBytes> line;
    line.fill('.');
    fmt::format_to_n(line.data(), line.size(), "line {:08} of the homeport demo, sent from home ",
                     number);
    line.back() = '\n';
    return line;
}

struct Request {
    std::string_view method;
    std::string_view path;
    std::string_view visitor;  ///< as X-Forwarded-For tells
};

Request parse_head(std::string_view head) {
    Request request;
    const std::string_view line = head.substr(0, head.find("\r\n"));
    const auto first = line.find(' ');
    const auto second = line.find(' ', first == std::string_view::npos ? first : first + 1);
    if (second == std::string_view::npos) return request;
    request.method = line.substr(0, first);
    request.path = line.substr(first + 1, second - first - 1);
    request.path = request.path.substr(0, request.path.find('?'));
    constexpr std::string_view kField = "x-forwarded-for:";
    for (std::size_t at = head.find("\r\n"); at != std::string_view::npos;
         at = head.find("\r\n", at + 2)) {
        const std::string_view field = head.substr(at + 2);
        if (!equals_ignoring_case(field.substr(0, kField.size()), kField)) continue;
        request.visitor = field.substr(kField.size(), field.find("\r\n") - kField.size());
        request.visitor.remove_prefix(
            std::min(request.visitor.find_first_not_of(' '), request.visitor.size()));
    }
    return request;
}

std::string head_of(std::string_view status, std::string_view type, std::uint64_t bytes) {
    return fmt::format(
        "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n"
        "Cache-Control: no-store\r\nConnection: close\r\n\r\n",
        status, type, bytes);
}

std::string page(std::string_view visitor) {
    return fmt::format(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>homeport demo</title>"
        "<style>body{{font:1.1em/1.5 sans-serif;max-width:40em;margin:3em auto;padding:0 1em}}"
        "code{{background:#eee;padding:.1em .3em}}</style>"
        "<h1>This page came through homeport</h1>"
        "<p>Your browser asked the relay. The relay asked the agent, and the agent asked this "
        "sample "
        "site, which has no open port to the outside. At home, the agent would run beside your own "
        "server.</p>"
        "<p>The site saw you as <code>{}</code>.</p>"
        "<h2>Try it</h2>"
        "<p>Start <a href=\"/download\">the download</a> (512 MB at 4 MB/s), then press "
        "<code>c</code> "
        "where the demo runs: the line is cut for 10 seconds. The download waits and goes on at "
        "the "
        "exact byte. Its SHA-256 is <code>{}</code>.</p>"
        "<p>A page that you ask for while the line is cut waits too, and comes.</p></html>\n",
        visitor.empty() ? "unknown" : escape_html(visitor), sample_sha256());
}

}  // namespace

std::uint64_t sample_bytes() {
    return kSampleBytes;
}

std::string_view sample_sha256() {
    return "90a49c1ad2931b46b63e482eb3752cf65472f8609943b46bb0a0f68a4397e34f";
}

std::size_t sample_content(std::uint64_t offset, MutableBytes out) {
    std::size_t used = 0;
    while (used < out.size() && offset < kSampleBytes) {
        const auto line = sample_line(offset / kSampleLineBytes);
        const std::size_t skip = offset % kSampleLineBytes;
        const std::size_t count = std::min(line.size() - skip, out.size() - used);
        std::copy_n(std::as_bytes(std::span(line)).begin() + skip, count, out.begin() + used);
        used += count;
        offset += count;
    }
    return used;
}

/// One connection, one request.
class SampleSite::Guest final : public net::StreamHandler {
public:
    Guest(SampleSite& site, std::unique_ptr<net::Stream> stream)
        : site_(site),
          stream_(std::move(stream)),
          pace_(site.loop_.timers(), net::call<&Guest::run>(this)),
          idle_(site.loop_.timers(), net::call<&Guest::close>(this)) {
        stream_->set_handler(this);
        moved();
    }
    ~Guest() { stream_->set_handler(nullptr); }

    void on_readable() override { run(); }
    void on_writable() override { run(); }
    void run();

private:
    enum class Step { go_on, wait, end };

    Step receive();
    void begin_answer();
    Step send_head();
    Step send_download();
    /// Bytes of the download that are due by now.
    std::uint64_t due() const;
    void moved() { idle_.arm(site_.loop_.now() + kSampleTimeout); }
    /// Destroys this.
    void close();

    SampleSite& site_;
    std::unique_ptr<net::Stream> stream_;
    net::Timer pace_;
    net::Timer idle_;
    std::string input_;
    std::string output_;  ///< head and page
    std::size_t sent_ = 0;
    bool answering_ = false;
    bool downloading_ = false;
    TimePoint began_{};
    std::uint64_t offset_ = 0;  ///< of the download
};

void SampleSite::Guest::run() {
    while (true) {
        Step step = Step::go_on;
        if (!answering_) {
            step = receive();
        } else if (sent_ < output_.size()) {
            step = send_head();
        } else {
            step = downloading_ ? send_download() : Step::end;
        }
        if (step == Step::wait) return;
        if (step == Step::end) return close();
    }
}

SampleSite::Guest::Step SampleSite::Guest::receive() {
    std::array<std::byte, 4096> piece;
    const auto result = stream_->read(MutableBytes(piece));
    if (result.status == net::IoResult::Status::again) return Step::wait;
    if (result.status != net::IoResult::Status::ok) return Step::end;
    moved();
    input_ += as_text(Bytes(piece).first(result.bytes));
    if (input_.find("\r\n\r\n") != std::string::npos) {
        begin_answer();
        return Step::go_on;
    }
    return input_.size() > kMaxSampleHeadBytes ? Step::end : Step::go_on;
}

void SampleSite::Guest::begin_answer() {
    const Request request = parse_head(input_);
    const bool head_only = request.method == "HEAD";
    answering_ = true;
    if (request.method != "GET" && !head_only) {
        output_ = head_of("405 Method Not Allowed", "text/plain", 0);
    } else if (request.path == "/") {
        const std::string body = page(request.visitor);
        output_ =
            head_of("200 OK", "text/html; charset=utf-8", body.size()) + (head_only ? "" : body);
    } else if (request.path == "/download") {
        output_ = head_of("200 OK", "application/octet-stream", kSampleBytes);
        downloading_ = !head_only;
        began_ = site_.loop_.now();
    } else {
        constexpr std::string_view kBody = "Only / and /download are here.\n";
        output_ = head_of("404 Not Found", "text/plain", kBody.size()) +
                  (head_only ? std::string() : std::string(kBody));
    }
}

SampleSite::Guest::Step SampleSite::Guest::send_head() {
    const auto result = stream_->write(as_bytes(std::string_view(output_).substr(sent_)));
    if (result.status == net::IoResult::Status::again) return Step::wait;
    if (result.status != net::IoResult::Status::ok) return Step::end;
    sent_ += result.bytes;
    moved();
    return Step::go_on;
}

std::uint64_t SampleSite::Guest::due() const {
    const double seconds = std::chrono::duration<double>(site_.loop_.now() - began_).count();
    return std::min(kSampleBytes, static_cast<std::uint64_t>(seconds * kSampleBytesPerSecond));
}

SampleSite::Guest::Step SampleSite::Guest::send_download() {
    if (offset_ == kSampleBytes) return Step::end;
    const std::uint64_t due_now = due();
    if (offset_ >= due_now) {
        pace_.arm(site_.loop_.now() + kSampleStep);
        return Step::wait;
    }
    std::array<std::byte, 16 * 1024> piece;
    const auto want =
        static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), due_now - offset_));
    const std::size_t count = sample_content(offset_, MutableBytes(piece).first(want));
    const auto result = stream_->write(Bytes(piece).first(count));
    if (result.status == net::IoResult::Status::again) return Step::wait;
    if (result.status != net::IoResult::Status::ok) return Step::end;
    offset_ += result.bytes;
    moved();
    return Step::go_on;
}

void SampleSite::Guest::close() {
    SampleSite& site = site_;
    std::erase_if(site.guests_, [this](const auto& guest) { return guest.get() == this; });
}

SampleSite::SampleSite(net::Loop& loop, net::Network& network) : loop_(loop), network_(network) {}

SampleSite::~SampleSite() = default;

Result<> SampleSite::start() {
    auto listener =
        network_.listen(Endpoint{IpAddress::v4({127, 0, 0, 1}), 0}, {},
                        [this](std::unique_ptr<net::Stream> stream) {
                            if (guests_.size() >= kMaxSampleConnections) return;
                            guests_.push_back(std::make_unique<Guest>(*this, std::move(stream)));
                            guests_.back()->run();
                        });
    if (!listener) return std::unexpected(listener.error());
    listener_ = std::move(*listener);
    return {};
}

}  // namespace homeport::app
