#include "app/request_server.hpp"

#include <array>

namespace homeport::app {

class RequestServer::Connection final : public net::StreamHandler {
public:
    Connection(RequestServer& server, std::unique_ptr<net::Stream> stream)
        : server_(server),
          stream_(std::move(stream)),
          timer_(server.loop_.timers(), net::call<&Connection::on_timeout>(this)) {
        stream_->set_handler(this);
        timer_.arm(server_.loop_.now() + server_.dialogue_.timeout);
    }
    ~Connection() {
        stream_->set_handler(nullptr);
        end_wait();
    }

    void on_readable() override { run(); }
    void on_writable() override { run(); }
    void run();

private:
    enum class Step { go_on, wait, end };

    Step send();
    Step answer();
    void ask(std::string_view request);
    void complete(std::string text);
    void end_wait();
    void on_timeout();
    Step receive();
    /// Destroys this.
    void close();

    RequestServer& server_;
    std::unique_ptr<net::Stream> stream_;
    net::Timer timer_;
    std::string input_;
    std::string output_;
    std::size_t sent_ = 0;
    bool last_ = false;    ///< close after the output
    bool asking_ = false;  ///< within the call that asks for an answer
    /// Of an answer that is to come: whoever brings it looks here whether it is still wanted.
    std::shared_ptr<Connection*> wait_;
};

void RequestServer::Connection::run() {
    while (true) {
        Step step = send();
        if (step == Step::go_on) step = answer();
        if (step == Step::go_on && output_.empty()) step = receive();
        if (step == Step::wait) return;
        if (step == Step::end) return close();
    }
}

RequestServer::Connection::Step RequestServer::Connection::send() {
    while (sent_ < output_.size()) {
        const auto result = stream_->write(as_bytes(std::string_view(output_).substr(sent_)));
        if (result.status == net::IoResult::Status::again) return Step::wait;
        if (result.status != net::IoResult::Status::ok) return Step::end;
        sent_ += result.bytes;
    }
    if (!output_.empty()) timer_.arm(server_.loop_.now() + server_.dialogue_.timeout);
    output_.clear();
    output_.shrink_to_fit();
    sent_ = 0;
    return last_ ? Step::end : Step::go_on;
}

RequestServer::Connection::Step RequestServer::Connection::answer() {
    if (wait_) return Step::wait;
    const Dialogue& dialogue = server_.dialogue_;
    const std::size_t size = dialogue.request_bytes(input_);
    if (size > dialogue.max_request_bytes ||
        (size == 0 && input_.size() >= dialogue.max_request_bytes)) {
        output_ = dialogue.too_long;
        last_ = true;
        return output_.empty() ? Step::end : Step::go_on;
    }
    if (size == 0) return Step::go_on;
    ask(std::string_view(input_).substr(0, size));
    input_.erase(0, size);
    return wait_ ? Step::wait : Step::go_on;
}

void RequestServer::Connection::ask(std::string_view request) {
    wait_ = std::make_shared<Connection*>(this);
    timer_.arm(server_.loop_.now() + server_.dialogue_.answer_time);
    asking_ = true;
    server_.dialogue_.answer(request, [wait = wait_](std::string text) {
        if (*wait != nullptr) (*wait)->complete(std::move(text));
    });
    asking_ = false;
}

/// May destroy this.
void RequestServer::Connection::complete(std::string text) {
    end_wait();
    output_ = std::move(text);
    last_ = !server_.dialogue_.keep_open;
    timer_.arm(server_.loop_.now() + server_.dialogue_.timeout);
    if (!asking_) run();
}

void RequestServer::Connection::end_wait() {
    if (wait_) *wait_ = nullptr;
    wait_.reset();
}

/// May destroy this.
void RequestServer::Connection::on_timeout() {
    wait_ ? complete(server_.dialogue_.too_late) : close();
}

RequestServer::Connection::Step RequestServer::Connection::receive() {
    std::array<std::byte, 4096> piece;
    const auto result = stream_->read(MutableBytes(piece));
    if (result.status == net::IoResult::Status::again) return Step::wait;
    if (result.status != net::IoResult::Status::ok) return Step::end;
    input_ += as_text(Bytes(piece).first(result.bytes));
    return Step::go_on;
}

void RequestServer::Connection::close() {
    RequestServer& server = server_;
    std::erase_if(server.connections_, [this](const auto& item) { return item.get() == this; });
}

RequestServer::Answer RequestServer::at_once(
    std::function<std::string(std::string_view request)> answer) {
    return [answer = std::move(answer)](std::string_view request, Reply reply) {
        reply(answer(request));
    };
}

RequestServer::RequestServer(net::Loop& loop, net::Network& network, Dialogue dialogue)
    : loop_(loop), network_(network), dialogue_(std::move(dialogue)) {}

RequestServer::~RequestServer() = default;

Result<> RequestServer::start(const net::SocketAddress& address) {
    auto listener =
        network_.listen(address, {.backlog = 16, .unix_mode = 0600},
                        [this](std::unique_ptr<net::Stream> stream) { accept(std::move(stream)); });
    if (!listener) return std::unexpected(listener.error());
    listener_ = std::move(*listener);
    return {};
}

void RequestServer::accept(std::unique_ptr<net::Stream> stream) {
    if (connections_.size() >= dialogue_.max_connections) {
        // One write without waiting: a refused guest holds nothing here.
        if (!dialogue_.too_many.empty()) stream->write(as_bytes(dialogue_.too_many));
        return;
    }
    connections_.push_back(std::make_unique<Connection>(*this, std::move(stream)));
    connections_.back()->run();
}

}  // namespace homeport::app
