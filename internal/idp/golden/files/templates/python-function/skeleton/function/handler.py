"""${{ values.name }}: change it, commit, push: Argo CD rolls it out."""


def handle(event, context):
    text = event.body.decode(errors="replace").strip() or "world"
    return {"statusCode": 200, "body": f"Hello {text}, from ${{ values.name }}\n"}
