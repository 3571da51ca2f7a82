# SPDX-FileCopyrightText: The inr authors
# SPDX-License-Identifier: Apache-2.0
# Installation: PREFIX/bin, PREFIX/share/inr (models), PREFIX/lib/inr (what of LibTorch is needed at run time), man pages,
# completions. Tools find the other folders relative to themselves, so that an installed tree can be moved as a whole.

include(GNUInstallDirs)
option(INR_BUNDLE_LIBTORCH "Install LibTorch's libraries to lib/inr; otherwise they are used where they are" ON)

# The build tree has the installed layout: the tools in bin find ../share/inr.
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/share)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/libcore/data ${CMAKE_BINARY_DIR}/share/inr SYMBOLIC)

if(INR_TORCH AND INR_BUNDLE_LIBTORCH)
  set(CMAKE_INSTALL_RPATH "$ORIGIN/../lib/inr")
  # libtorch_cpu.so and what it needs in turn that no Debian package of the base system has.
  foreach(library libtorch_cpu.so libc10.so libgomp.so.1 libcudart.so.13 libcupti.so.13)
    if(EXISTS ${INR_LIBTORCH}/lib/${library})
      install(FILES ${INR_LIBTORCH}/lib/${library} DESTINATION lib/inr)
    endif()
  endforeach()
elseif(INR_TORCH)
  set(CMAKE_INSTALL_RPATH "${INR_LIBTORCH}/lib")
endif()

# The tool, its man page and its completions. The tests report generated files that are not there yet.
function(inr_install_tool name)
  install(TARGETS ${name} RUNTIME DESTINATION bin)
  set(completions ${PROJECT_SOURCE_DIR}/completions)
  install(FILES ${PROJECT_SOURCE_DIR}/man/${name}.1 DESTINATION share/man/man1 OPTIONAL)
  install(FILES ${completions}/bash/${name} DESTINATION share/bash-completion/completions OPTIONAL)
  install(FILES ${completions}/zsh/_${name} DESTINATION share/zsh/site-functions OPTIONAL)
  install(FILES ${completions}/fish/${name}.fish DESTINATION share/fish/vendor_completions.d OPTIONAL)
endfunction()

install(DIRECTORY libcore/data/ DESTINATION share/inr FILES_MATCHING PATTERN "*.safetensors")
foreach(section 5 7)
  install(DIRECTORY man/ DESTINATION share/man/man${section} FILES_MATCHING PATTERN "*.${section}")
endforeach()
install(FILES LICENSE DESTINATION share/doc/inr)
