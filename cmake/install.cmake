# SPDX-License-Identifier: GPL-2.0-or-later
install(TARGETS osteon ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/osteon DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
configure_file(cmake/osteon.pc.in osteon.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/osteon.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES docs/osteon-index.1 docs/osteon-search.1
        DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
foreach(program osteon-index osteon-search) # bash loads a file by this name
  install(FILES completions/osteon.bash RENAME ${program}
          DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
endforeach()
install(FILES completions/_osteon
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
