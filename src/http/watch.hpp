// Deadlines of a connection, and its end at a stop. For server.cpp alone.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <memory>
#include <unordered_set>

namespace tessera::http {

using Executor = boost::asio::io_context::executor_type;
using Clock = std::chrono::steady_clock;
using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor>;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;

// Ends an operation that takes too long by cancelling the socket, so that the connection can still be answered. One
// pending wait serves the whole connection: setting a deadline mostly only writes a number. Used on the connection's
// thread alone.
class Watch {
 public:
  using Set = std::unordered_set<Watch*>;

  // Both outlive the watch.
  Watch(Set& all, Socket& socket, std::chrono::milliseconds time) : all_(all), state_(std::make_shared<State>(socket)) {
    state_->deadline = Clock::now() + time;
    wait(state_);
    all_.insert(this);
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() {
    all_.erase(this);
    state_->socket = nullptr;
    state_->timer.cancel();
  }

  void set(std::chrono::milliseconds time) {
    state_->deadline = Clock::now() + time;
    if (state_->deadline < state_->armed) wait(state_);
  }
  // For what has no limit of ours: a handler answers in its own time.
  void rest() { state_->deadline = Clock::now() + std::chrono::hours(24); }
  bool timed_out() const { return state_->timed_out; }

  // Idle: no whole request has arrived, so that nobody misses an answer when the connection ends.
  void begin_idle() { idle_ = true; }
  void end_idle() { idle_ = false; }
  void end_if_idle() {
    if (idle_) cancel(*state_);
  }

 private:
  // Outlives the watch while a wait is pending.
  struct State {
    Socket* socket;  // null once the connection is gone
    Timer timer;
    Clock::time_point deadline{}, armed{};
    bool timed_out = false;

    explicit State(Socket& s) : socket(&s), timer(s.get_executor()) {}
  };

  static void cancel(State& state) {
    boost::system::error_code ignored;
    state.socket->cancel(ignored);
  }

  static void wait(const std::shared_ptr<State>& state) {
    state->armed = state->deadline;
    state->timer.expires_at(state->armed);
    state->timer.async_wait([state](boost::system::error_code error) {
      if (error || state->socket == nullptr) return;
      if (Clock::now() >= state->deadline) {
        state->timed_out = true;
        cancel(*state);
        state->deadline = Clock::now() + std::chrono::seconds(5);
      }
      wait(state);
    });
  }

  Set& all_;
  std::shared_ptr<State> state_;
  bool idle_ = false;
};

}  // namespace tessera::http
