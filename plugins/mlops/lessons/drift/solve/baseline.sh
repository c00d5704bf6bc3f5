# The formula, and a first measurement of a quiet day.
cd ~/ml-drift
sed -i 's/    raise NotImplementedError.*/    return float(((a - e) * numpy.log(a \/ e)).sum())/' monitor.py
./measure.sh monday
