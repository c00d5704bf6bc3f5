# Old and new data together: the new scanner is learnt, the old one is not forgotten.
~/learn-retrain/retrain.sh both
