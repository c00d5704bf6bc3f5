# No divisor of n is larger than its root, unless its counterpart is smaller.
sed 's/range(2, n)/range(2, int(n ** 0.5) + 1)/' files/handler.py > ~/handler.py
diff files/handler.py ~/handler.py || true
bash files/deploy.sh ~/handler.py

python3 files/measure.py after
