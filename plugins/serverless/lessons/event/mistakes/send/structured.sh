curl -sS "$GATEWAY_URL/function/learn-order" -H 'Content-Type: application/cloudevents+json' \
  -d '{"specversion": "1.0", "id": "order-1", "source": "/shop/web", "type": "shop.order.placed", "data": {"order": 1, "total": 12.5}}'
