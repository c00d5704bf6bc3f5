package app

import (
	"bufio"
	"bytes"
	"io"
)

// maxEvent bounds one event of a stream, in bytes.
const maxEvent = 1 << 20

// readEvents hands the data of each server-sent event to fn until the stream
// ends or fn fails. Format: WHATWG HTML, section "Server-sent events".
func readEvents(stream io.Reader, fn func(data []byte) error) error {
	lines := bufio.NewScanner(stream)
	lines.Buffer(make([]byte, 0, 64<<10), maxEvent)
	var data []byte
	for lines.Scan() {
		line := lines.Bytes()
		switch {
		case len(line) == 0 && len(data) > 0:
			if err := fn(data); err != nil {
				return err
			}
			data = nil
		case bytes.HasPrefix(line, []byte("data:")):
			if data != nil {
				data = append(data, '\n')
			}
			data = append(data, bytes.TrimPrefix(line[len("data:"):], []byte(" "))...)
		}
	}
	return lines.Err()
}
