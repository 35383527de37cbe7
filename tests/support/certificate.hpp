// A certificate for this machine, made for one test by openssl, and gone with it.
#pragma once

#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

class Certificate {
 public:
  Certificate() {
    char name[] = "/tmp/tessera-certificate-XXXXXX";
    if (mkdtemp(name) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost "
        "-addext subjectAltName=DNS:localhost,DNS:a.localhost,IP:127.0.0.1 -keyout " +
        key() + " -out " + file());
  }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;
  ~Certificate() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string file() const { return folder_ + "/certificate.pem"; }
  std::string key() const { return folder_ + "/key.pem"; }
  // The same key under a password.
  std::string locked_key() const {
    openssl("pkey -in " + key() + " -aes256 -passout pass:x -out " + folder_ + "/locked.pem");
    return folder_ + "/locked.pem";
  }

 private:
  static void openssl(const std::string& arguments) {
    if (std::system(("openssl " + arguments + " 2>/dev/null").c_str()) != 0)
      throw std::runtime_error("openssl " + arguments + " fails");
  }

  std::string folder_;
};
