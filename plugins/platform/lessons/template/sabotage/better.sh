bash ~/learn-template-tools/drop.sh learn-journal
