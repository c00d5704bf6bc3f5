# Says what is left instead of what is saved.
sed 's|100 \* (1 - \(.*\) / \(.*\))"|100 * \1 / \2"|' solve/saving.sh | bash
