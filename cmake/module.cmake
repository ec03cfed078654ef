# homeport_module(folder [USES folders...] [LIBRARIES targets...])
# One library per folder of src/, made of its own *.cpp (not of its sub-folders'), and one test
# program per folder that has *_test.cpp files. New files need no line here.

function(homeport_module folder)
  cmake_parse_arguments(ARG "" "" "USES;LIBRARIES" ${ARGN})
  string(REPLACE "/" "_" name "homeport_${folder}")
  set(directory ${PROJECT_SOURCE_DIR}/src/${folder})

  file(GLOB sources CONFIGURE_DEPENDS ${directory}/*.cpp)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cpp$")

  set(uses)
  foreach(use ${ARG_USES})
    string(REPLACE "/" "_" use_name "homeport_${use}")
    list(APPEND uses ${use_name})
  endforeach()

  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC ${uses} fmt::fmt PRIVATE ${ARG_LIBRARIES})
    homeport_options(${name})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${uses})
  endif()

  if(HOMEPORT_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${name} ${ARG_LIBRARIES} GTest::gmock_main)
    homeport_options(${name}_test)
    # Most of a build from nothing is tests. Theirs is the code that calls, not the code that is
    # tested: without optimisation and UBSan it compiles in less than half the time.
    target_compile_options(${name}_test PRIVATE -O0)
    if(HOMEPORT_SANITIZE MATCHES "undefined")
      target_compile_options(${name}_test PRIVATE -fno-sanitize=undefined)
    endif()
    target_include_directories(${name}_test PRIVATE ${PROJECT_SOURCE_DIR})
    add_test(NAME ${name} COMMAND ${name}_test)
    set_tests_properties(${name} PROPERTIES TIMEOUT 300)
  endif()
endfunction()
