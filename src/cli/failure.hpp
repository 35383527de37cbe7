// How a command ends: a reply, or a failure that says what was expected, what came, and what to do.
#pragma once

#include <expected>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/try.hpp"
#include "tessera/jwt.hpp"
#include "tessera/result.hpp"

namespace tessera::cli {

enum class Exit : int { done = 0, refused = 1, usage = 2, environment = 3 };

// What was found on the way to a refusal: for people on standard output, and as further members of the JSON object.
struct Report {
  std::string text{};
  std::vector<std::pair<std::string, std::string>> members{};  // name, JSON
};

struct Failure {
  Exit exit = Exit::refused;
  std::string code{};     // stable: a name of Err, "usage", or a command's own where it says so
  std::string summary{};  // one sentence for people; `actual` too, where it says all
  std::string at{};       // the claim, option or file at fault
  std::string expected{};
  std::string actual{};
  std::string hint{};  // what to do
  Report report{};
};

template <class T>
struct [[nodiscard]] Outcome : std::expected<T, Failure> {
  using std::expected<T, Failure>::expected;
};

// The arguments are wrong: exit 2.
struct Misuse {
  std::string at{}, expected{}, actual{}, hint{};
};
std::unexpected<Failure> misuse(std::string summary, Misuse what);

// An option that would do nothing is refused.
struct Useful {
  std::string flag;
  bool given = false;
  std::string beside;  // what it needs: "--key FILE", "no --list"
  bool there = false;
};
Outcome<void> check_useful(std::initializer_list<Useful> options);

// The world is: a file, the network, the environment. Exit 3.
std::unexpected<Failure> environment(Err code, std::string at, std::string expected, std::string actual,
                                     std::string hint = {});

// The input is refused: exit 1 (or 3 when the code says that the world is down). `subject` is what was read, such as a
// file's name; what was expected and what to do follow from the code where they are not given.
std::unexpected<Failure> refused(Error error, std::string_view subject);
std::unexpected<Failure> refused(Error error, std::string expected, std::string actual, std::string hint = {});
std::unexpected<Failure> refused(Error error, Explanation explanation);

// What an error means to one command, where its code alone would say it to somebody else. What is "" the code says.
struct Fault {
  Error error;
  std::string at{}, expected{}, actual{}, hint{};
};
// As the first of `faults` tells this error, else as its code does.
std::unexpected<Failure> refused(Error error, std::initializer_list<Fault> faults, std::string_view subject,
                                 std::string hint = {});

// `hint`, or where it is "" the other.
inline std::string hint_or(std::string hint, std::string_view other) {
  return hint.empty() ? std::string(other) : hint;
}

// The same failure under a sentence of its own, where the code's is too general.
std::unexpected<Failure> summed_up(std::string summary, std::unexpected<Failure> failure);

}  // namespace tessera::cli

// The value of the library's Result, or refuse with what was read.
#define ACCEPT(subject, ...)                                                                \
  __extension__({                                                                           \
    auto&& accept_result_ = (__VA_ARGS__);                                                  \
    if (!accept_result_) return ::tessera::cli::refused(accept_result_.error(), (subject)); \
    ::tessera::taken(std::move(accept_result_));                                            \
  })
