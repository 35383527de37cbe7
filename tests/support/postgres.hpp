// A schema of its own in the tests' PostgreSQL.
#pragma once

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>

#include "store/sql.hpp"

class PostgresSchema {
 public:
  PostgresSchema() {
    const char* server = std::getenv("TESSERA_TEST_POSTGRES");
    if (server == nullptr || *server == '\0') return;
    static std::atomic<int> count{0};
    server_ = server;
    name_ = "t" + std::to_string(getpid()) + "_" + std::to_string(++count);
    plain("CREATE SCHEMA " + name_);
    url_ = server_ + (server_.find('?') == std::string::npos ? "?" : "&") + "application_name=" + name_ +
           "&options=-csearch_path%3D" + name_;
  }
  PostgresSchema(const PostgresSchema&) = delete;
  PostgresSchema& operator=(const PostgresSchema&) = delete;
  ~PostgresSchema() {
    if (!url_.empty()) plain("DROP SCHEMA " + name_ + " CASCADE");
  }

  const std::string& url() const { return url_; }  // "" where there is no PostgreSQL
  // How many of its connections wait for a lock.
  std::int64_t waiting() const {
    return connect()
        .rows("SELECT count(*) FROM pg_stat_activity WHERE application_name = :a AND wait_event_type = 'Lock'", {name_})
        .front()
        .number(0);
  }

 private:
  using Connection = tessera::store::Connection;
  Connection connect() const { return {tessera::store::Engine::postgresql, server_}; }
  void plain(const std::string& sql) const { connect().plain(sql); }

  std::string server_, name_, url_;
};
