# Without ce-source; the function refuses it.
curl -sS "$GATEWAY_URL/function/learn-order" -H 'ce-specversion: 1.0' -H 'ce-id: order-1' -H 'ce-type: shop.order.placed' \
  -H 'Content-Type: application/json' -d '{"order": 1, "total": 12.5}'
