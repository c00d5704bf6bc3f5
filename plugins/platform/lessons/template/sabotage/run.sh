bash ~/learn-template-tools/drop.sh learn-diary
