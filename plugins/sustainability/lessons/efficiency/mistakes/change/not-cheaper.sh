# Other code, the same work.
sed 's/n % divisor == 0/not n % divisor/' files/handler.py > ~/handler.py
bash files/deploy.sh ~/handler.py
python3 files/measure.py after
