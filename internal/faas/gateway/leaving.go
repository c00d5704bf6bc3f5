package gateway

import "time"

// leavingAfter is how long a plain call runs before its client is watched: a shorter one
// is over before it could be stopped.
const leavingAfter = 100 * time.Millisecond

// leaving ends a lane's context when the client goes away while it waits for an answer.
type leaving struct {
	timer  *time.Timer
	looked chan bool // whether the client is gone
}

// watch begins; end must follow.
func (w *leaving) watch(l *lane) {
	if w.timer != nil {
		w.timer.Reset(leavingAfter)
		return
	}
	w.looked = make(chan bool, 1)
	w.timer = time.AfterFunc(leavingAfter, func() {
		gone := left(l.Conn)
		if gone {
			l.cancel()
		}
		w.looked <- gone
	})
}

// end says whether the client is still there.
func (w *leaving) end(l *lane) bool {
	if w.timer.Stop() {
		return true
	}
	_ = l.SetReadDeadline(past())
	gone := <-w.looked
	l.deadline = deadline{}
	_ = l.SetReadDeadline(time.Time{})
	return !gone
}
