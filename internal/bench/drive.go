package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// connections is how many clients call at a time.
const connections = 32

// drive says how one place is called.
type drive struct {
	url  string
	time time.Duration // how long
	rate float64       // calls a second over all connections; 0: as fast as it goes
	most int           // calls at most; 0: no bound
	over []*caller     // the connections, if they outlive the run
}

// driven is what came of it.
type driven struct {
	calls, failed int
	seconds       float64
	latencies     []time.Duration // sorted
	failure       string          // the first
}

func (d driven) perSecond() float64 { return float64(d.calls) / d.seconds }

// add adds the calls of p, which leaves the latencies unsorted, and not its time.
func (d *driven) add(p driven) {
	d.calls, d.failed = d.calls+p.calls, d.failed+p.failed
	d.latencies = append(d.latencies, p.latencies...)
	if d.failure == "" {
		d.failure = p.failure
	}
}

// quantile returns the latency that a part q of all calls stays below, in milliseconds.
func (d driven) quantile(q float64) float64 {
	if len(d.latencies) == 0 {
		return 0
	}
	return float64(d.latencies[int(q*float64(len(d.latencies)-1))].Microseconds()) / 1000
}

// run calls over all connections. A client of few steps is used, so that what is
// measured is what is called.
func (d drive) run(ctx context.Context) (driven, error) {
	over := d.over
	if over == nil {
		var err error
		if over, err = callers(d.url); err != nil {
			return driven{}, err
		}
		defer hangUp(over)
	}
	ctx, cancel := context.WithTimeout(ctx, d.time)
	defer cancel()
	parts := make([]driven, connections)
	var wg sync.WaitGroup
	begin := time.Now()
	for i := range parts {
		wg.Go(func() {
			parts[i] = d.one(ctx, over[i], i)
		})
	}
	wg.Wait()
	sum := driven{seconds: time.Since(begin).Seconds()}
	for _, p := range parts {
		sum.add(p)
	}
	slices.Sort(sum.latencies)
	return sum, nil
}

// callers are the connections to a place, which open with their first call.
func callers(address string) ([]*caller, error) {
	all := make([]*caller, connections)
	for i := range all {
		var err error
		if all[i], err = newCaller(address); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func hangUp(all []*caller) {
	for _, c := range all {
		c.close()
	}
}

// one is the i-th connection's work: one call after the other, or each at its time.
func (d drive) one(ctx context.Context, c *caller, i int) (out driven) {
	step, next := time.Duration(0), time.Now()
	if d.rate > 0 {
		step = time.Duration(float64(time.Second) * connections / d.rate)
		next = next.Add(step * time.Duration(i) / connections)
	}
	for ctx.Err() == nil && (d.most == 0 || out.calls < d.most/connections) {
		if step > 0 {
			if !sleepUntil(ctx, next) {
				return out
			}
			next = next.Add(step)
			if time.Now().After(next) { // late already: go on from now, or all that follow queue up
				next = time.Now()
			}
		}
		begin := time.Now()
		err := c.call()
		out.calls++
		if err != nil {
			out.failed++
			if out.failure == "" {
				out.failure = err.Error()
			}
			c.close()
			continue
		}
		out.latencies = append(out.latencies, time.Since(begin))
	}
	return out
}

func sleepUntil(ctx context.Context, at time.Time) bool {
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// caller is one connection.
type caller struct {
	address string
	request []byte
	conn    net.Conn
	in      *bufio.Reader
}

func newCaller(address string) (*caller, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	request := []byte("GET " + u.RequestURI() + " HTTP/1.1\r\nHost: " + u.Host + "\r\nUser-Agent: labbox-bench\r\n\r\n")
	return &caller{address: u.Host, request: request}, nil
}

func (c *caller) close() {
	if c.conn != nil {
		_ = c.conn.Close()
	}
	c.conn = nil
}

// call sends the request and reads its answer, which must be a 200.
func (c *caller) call() error {
	if c.conn == nil {
		conn, err := net.DialTimeout("tcp", c.address, 5*time.Second)
		if err != nil {
			return err
		}
		c.conn, c.in = conn, bufio.NewReader(conn)
	}
	_ = c.conn.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err := c.conn.Write(c.request); err != nil {
		return err
	}
	status, length, err := readHead(c.in)
	if err != nil {
		return err
	}
	if length < 0 {
		return fmt.Errorf("an answer %q without a length", status)
	}
	if _, err := io.CopyN(io.Discard, c.in, length); err != nil {
		return err
	}
	if !strings.HasPrefix(status, "200") {
		return fmt.Errorf("answer %s", status)
	}
	return nil
}

func readHead(in *bufio.Reader) (status string, length int64, err error) {
	length = -1
	for first := true; ; first = false {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return "", 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch {
		case first:
			_, rest, _ := strings.Cut(string(line), " ")
			status = rest
		case len(line) == 0:
			return status, length, nil
		case len(name) == len("Content-Length") && bytes.EqualFold(name, []byte("Content-Length")):
			length, _ = strconv.ParseInt(string(bytes.TrimSpace(value)), 10, 64)
		}
	}
}
