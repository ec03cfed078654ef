# Compiler options shared by every target, and the helpers (ccache, mold) when they are installed.

add_library(homeport_options INTERFACE)
target_compile_options(homeport_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wold-style-cast -Wimplicit-fallthrough -Wno-missing-field-initializers)
if(HOMEPORT_SANITIZE)
  target_compile_options(homeport_options INTERFACE
    -fsanitize=${HOMEPORT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(homeport_options INTERFACE -fsanitize=${HOMEPORT_SANITIZE})
endif()
option(HOMEPORT_WERROR "Warnings are errors" OFF)
if(HOMEPORT_WERROR)
  target_compile_options(homeport_options INTERFACE -Werror)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

function(homeport_options target)
  target_link_libraries(${target} PRIVATE homeport_options)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src)
endfunction()
