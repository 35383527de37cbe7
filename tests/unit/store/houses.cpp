#include "unit/store/houses.hpp"

#include <barrier>
#include <cstdlib>
#include <filesystem>
#include <thread>

namespace tessera::store::test {

Folder::Folder() {
  std::string pattern = testing::TempDir() + "tessera-store-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) std::abort();
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string name_of(const testing::TestParamInfo<Where>& info) {
  switch (info.param) {
    case Where::file: return "sqlite_file";
    case Where::memory: return "sqlite_memory";
    case Where::postgresql: return "postgresql";
  }
  return "";
}

void Houses::SetUp() {
  options.threads = 4;
  options.log = [this](std::string_view text) {
    std::lock_guard lock(log_mutex_);
    (log_ += text) += "\n";
  };
  switch (GetParam()) {
    case Where::file: options.url = "sqlite://" + folder.file("t.db"); break;
    case Where::memory: options.url = "sqlite::memory:"; break;
    case Where::postgresql:
      schema = std::make_unique<PostgresSchema>();
      if (schema->url().empty()) GTEST_SKIP() << "no PostgreSQL";
      options.url = schema->url();
  }
  open_store();
}

void Houses::open_store() {
  store.reset();
  auto opened = open(options);
  ASSERT_TRUE(opened) << opened.error();
  store = std::move(*opened);
}

std::string Houses::log_text() {
  std::lock_guard lock(log_mutex_);
  return log_;
}

void at_once(int threads, const std::function<void(int)>& each) {
  std::barrier start(threads);
  std::vector<std::jthread> running;
  for (int i = 0; i < threads; ++i)
    running.emplace_back([&, i] {
      start.arrive_and_wait();
      each(i);
    });
}

User ann(const std::string& id, const std::string& name) {
  return {
      .id = UserId(id),
      .username = name,
      .password_hash = "$argon2id$1",
      .enabled = true,
      .name = "Ann Ünal",
      .given_name = "Ann",
      .family_name = "O'Neil \"x\" ? :a $1",
      .email = "ann@example.com",
      .email_verified = true,
      .profile = {.texts = {{"nickname", "A \"?\" 'n"}}, .address = {{"country", "DE"}}, .phone_number_verified = true},
      .roles = {"clerk", "boss, \"the\""},
      .groups = {"staff"},
      .failures = 0,
      .updated = kNow};
}

Session a_session(const std::string& id) {
  return {.id = SessionId(id),
          .cookie_digest = "digest of " + id,
          .user = UserId("usr_ann"),
          .created = kNow,
          .authenticated = kNow + microseconds(1),
          .seen = kNow + microseconds(2),
          .rev = 7,
          .ended = false};
}

Grant a_grant(const std::string& id, const std::string& session) {
  return {.id = GrantId(id),
          .session = SessionId(session),
          .user = UserId("usr_ann"),
          .client = ClientId("orders"),
          .scope = {"openid", "orders"},
          .audience = "https://api.example.com",
          .nonce = "n-1",
          .authenticated = kNow,
          .created = kNow + microseconds(3),
          .used = kNow + microseconds(4),
          .generation = 1,
          .rev = (std::int64_t{1} << 40) + 1,
          .offline = true,
          .ended = false,
          .claims = {.id_token = {"email", "address"}, .userinfo = {"name"}}};
}

DeviceCode a_device_code(const std::string& digest) {
  return {.digest = digest,
          .user_code_digest = "user code of " + digest,
          .client = ClientId("tv"),
          .scope = {"openid", "orders"},
          .audience = "https://api.example.com",
          .expires = kNow + minutes(10)};
}

}  // namespace tessera::store::test
