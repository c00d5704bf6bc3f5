# Old and new data together: the new scanner is learnt, the old one is not forgotten.
~/ml-retrain/retrain.sh both
