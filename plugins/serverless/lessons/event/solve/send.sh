# Binary mode: the attributes are headers, the body is the data.
curl -fsS "$GATEWAY_URL/function/learn-order" \
  -H 'ce-specversion: 1.0' \
  -H 'ce-id: order-1' \
  -H 'ce-source: /shop/web' \
  -H 'ce-type: shop.order.placed' \
  -H 'Content-Type: application/json' \
  -d '{"order": 1, "total": 12.5}'
