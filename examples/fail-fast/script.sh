if test -e data; then
  echo "there is data"
