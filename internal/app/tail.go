package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"time"
)

// copyLog copies a log file to out, from its last o.Tail lines on, and follows
// it when asked until ctx is done.
func copyLog(ctx context.Context, name string, o LogOptions, out io.Writer) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := seekTail(f, o.Tail); err != nil {
		return err
	}
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := io.Copy(out, f); err != nil || !o.Follow {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// seekTail moves to the start of the last n lines; 0 means all of them.
func seekTail(f io.ReadSeeker, n int) error {
	if n <= 0 {
		return nil
	}
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	const chunk = 64 << 10
	buf := make([]byte, chunk)
	for pos := end; pos > 0; {
		size := min(int64(chunk), pos)
		pos -= size
		if _, err := f.Seek(pos, io.SeekStart); err != nil {
			return err
		}
		if _, err := io.ReadFull(f, buf[:size]); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		part := buf[:size]
		if pos+size == end {
			part = bytes.TrimSuffix(part, []byte("\n"))
		}
		for i := bytes.LastIndexByte(part, '\n'); i >= 0; i = bytes.LastIndexByte(part[:i], '\n') {
			if n--; n == 0 {
				_, err := f.Seek(pos+int64(i)+1, io.SeekStart)
				return err
			}
		}
	}
	_, err = f.Seek(0, io.SeekStart)
	return err
}
