// The three stores that every conformance test runs over, each fresh for its test.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "issuer/store.hpp"
#include "store/open.hpp"
#include "store/sql.hpp"
#include "support/expect.hpp"
#include "support/postgres.hpp"

namespace tessera::store::test {

using namespace issuer;

inline const RealmId kRealm{""};
inline const RealmId kOther{"other"};
inline const Instant kNow{microseconds(1'700'000'000'000'000)};

// A folder that goes when the test ends.
class Folder {
 public:
  Folder();
  ~Folder();
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

enum class Where { file, memory, postgresql };
std::string name_of(const testing::TestParamInfo<Where>& info);

struct Houses : testing::TestWithParam<Where> {
  void SetUp() override;
  void open_store();

  // Runs the work and gives what it gave; a store that fails is a failed test.
  template <class F>
  auto write(F work, const RealmId& realm = kRealm) {
    std::optional<decltype(work(std::declval<Tx&>(), realm))> out;
    EXPECT_OK(store->write_now([&](Tx& tx) {
      out.emplace(work(tx, realm));
      return Outcome::commit;
    }));
    return *out;
  }
  template <class F>
  auto read(F work, const RealmId& realm = kRealm) {
    std::optional<decltype(work(std::declval<Tx&>(), realm))> out;
    EXPECT_OK(store->read_now([&](Tx& tx) {
      out.emplace(work(tx, realm));
      return Outcome::commit;
    }));
    return *out;
  }
  std::string log_text();

  Options options;  // changed before open_store
  Folder folder;
  std::unique_ptr<PostgresSchema> schema;
  std::unique_ptr<Store> store;

 private:
  std::mutex log_mutex_;
  std::string log_;
};

// Runs `each(index)` on as many threads at once, all starting together.
void at_once(int threads, const std::function<void(int)>& each);

// Values with something in every member.
User ann(const std::string& id = "usr_ann", const std::string& name = "ann");
Session a_session(const std::string& id = "ses_1");
Grant a_grant(const std::string& id = "gr_1", const std::string& session = "ses_1");
DeviceCode a_device_code(const std::string& digest = "dc_1");

}  // namespace tessera::store::test

#define EACH_STORE(Fixture)                                                                                            \
  INSTANTIATE_TEST_SUITE_P(, Fixture,                                                                                  \
                           testing::Values(::tessera::store::test::Where::file, ::tessera::store::test::Where::memory, \
                                           ::tessera::store::test::Where::postgresql),                                 \
                           ::tessera::store::test::name_of)
