# The two kinds of target that the house is built from.
#
# tessera_layer(NAME [USES layer…] [LINKS target…])
#   One folder of src/, one static library tessera_NAME. USES lists the layers below that it may include
#   (tools/check_layers reads the same from the #include lines), PUBLIC, because headers include headers of lower
#   layers; LINKS are third-party targets, PRIVATE, so that nobody above can include them by accident.
# tessera_program(NAME DIR folder [USES layer…] [LINKS target…])
#   An executable from every .cpp of a folder.

set(TESSERA_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
                     -Wold-style-cast -Wno-missing-field-initializers -Werror=return-type)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  list(APPEND TESSERA_WARNINGS -Wno-gnu-statement-expression -Wno-gnu-statement-expression-from-macro-expansion)
endif()

function(tessera_layer name)
  cmake_parse_arguments(arg "" "" "USES;LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  add_library(tessera_${name} STATIC ${sources})
  target_include_directories(tessera_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                                    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
  target_compile_options(tessera_${name} PRIVATE ${TESSERA_WARNINGS})
  foreach(layer IN LISTS arg_USES)
    target_link_libraries(tessera_${name} PUBLIC tessera_${layer})
  endforeach()
  target_link_libraries(tessera_${name} PRIVATE ${arg_LINKS})
endfunction()

function(tessera_program name)
  cmake_parse_arguments(arg "" "DIR" "USES;LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${arg_DIR}/*.cpp)
  add_executable(${name} ${sources})
  target_compile_options(${name} PRIVATE ${TESSERA_WARNINGS})
  foreach(layer IN LISTS arg_USES)
    target_link_libraries(${name} PRIVATE tessera_${layer})
  endforeach()
  target_link_libraries(${name} PRIVATE ${arg_LINKS})
endfunction()
