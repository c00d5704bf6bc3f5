package gateway

import "time"

// deadline is one that is set with up to a quarter of its time to spare: that saves most
// requests on a busy connection the setting of it. The zero value is none.
type deadline struct{ at time.Time }

// arm gives a peer timeout from now, up to a quarter more; set is the connection's.
func (d *deadline) arm(timeout time.Duration, set func(time.Time) error) error {
	now := time.Now()
	if left := d.at.Sub(now); left >= timeout && left <= timeout*5/4 {
		return nil
	}
	d.at = now.Add(timeout * 5 / 4)
	return set(d.at)
}

// past ends what waits on a connection at once, when it is set as its deadline.
func past() time.Time { return time.Unix(1, 0) }
