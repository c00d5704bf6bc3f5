sed '/deadline-hour/d' solve/flexible.sh | bash
