# Shown byte for byte: only *.j2 are templates.
export EDITOR=vi PAGER="less -R"
