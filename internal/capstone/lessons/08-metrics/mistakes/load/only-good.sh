# No error at all, as if there were never any.
for n in $(seq 13); do
  while read -r digit; do
    curl -sS --max-time 20 -o /dev/null -d "$digit" "$GATEWAY_URL/function/my-classify"
  done < shared/digits.jsonl
done
