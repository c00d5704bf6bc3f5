bash ~/learn-golden-path/drop.sh learn-hello
