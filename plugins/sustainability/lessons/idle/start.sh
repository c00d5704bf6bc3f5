. shared/common.sh

function_anew learn-idle files/function.json
