# What libtessera is linked with; src/CMakeLists.txt says why these versions.
include(CMakeFindDependencyMacro)
find_dependency(OpenSSL 3.0.3)
find_dependency(simdjson)
find_dependency(ZLIB)
find_dependency(PkgConfig)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
include(${CMAKE_CURRENT_LIST_DIR}/tessera-targets.cmake)
