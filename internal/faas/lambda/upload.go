package lambda

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"os"
	"strconv"

	"github.com/labbox/labbox/internal/faas/lambda/archive"
)

// maxRest bounds a control call's body without its zip file.
const maxRest = 1 << 20

// upload is a control call's body whose zip file went to the disk while it came: 50 MB
// in base64 in JSON would take several times that in memory.
type upload struct {
	rest bytes.Buffer // the JSON, without the zip file's text
	file *os.File     // nil: there was none
	size int64
	sum  hash.Hash
	bad  error // the text was no base64
}

// decodeUpload is decode for bodies that may hold a ZipFile, as a field of the body or
// of one of its objects. The caller closes the upload.
func (s *Server) decodeUpload(w http.ResponseWriter, r *http.Request, into any) (*upload, error) {
	u := &upload{sum: sha256.New()}
	body := bufio.NewReaderSize(http.MaxBytesReader(w, r.Body, maxControl), 64<<10)
	if err := u.scan(body, s.code.spool); err != nil {
		u.close()
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, fail(http.StatusRequestEntityTooLarge, "RequestTooLargeException", "Request must be smaller than %d bytes for this operation", maxControl)
		}
		return nil, err
	}
	err := u.bad
	if limit := archive.Default().Zipped; err == nil && u.size > limit {
		err = fail(http.StatusRequestEntityTooLarge, "RequestTooLargeException", "The zip file has %d bytes; the most is %d", u.size, limit)
	}
	if err == nil && u.rest.Len() > 0 {
		if fault := json.Unmarshal(u.rest.Bytes(), into); fault != nil {
			err = fail(http.StatusBadRequest, "InvalidRequestContentException", "Could not parse request body into json: %s", shorten(fault.Error()))
		}
	}
	if err != nil {
		u.close()
		return nil, err
	}
	return u, nil
}

// scan copies JSON to rest, and the text of ZipFile, decoded, to the file.
func (u *upload) scan(in *bufio.Reader, spool func() (*os.File, error)) error {
	depth, key := 0, ""
	for {
		c, err := in.ReadByte()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if u.rest.Len() > maxRest {
			return fail(http.StatusRequestEntityTooLarge, "RequestTooLargeException", "The request without its zip file is larger than %d bytes", maxRest)
		}
		u.rest.WriteByte(c)
		switch c {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case ' ', '\t', '\r', '\n', ':':
			continue // what stands between a key and its value
		case '"':
			if key == "ZipFile" && depth <= 2 && u.file == nil && bytes.HasSuffix(bytes.TrimRight(u.rest.Bytes(), "\" \t\r\n"), []byte(":")) {
				if err := u.take(in, spool); err != nil {
					return err
				}
				u.rest.WriteByte('"')
				break
			}
			if key, err = u.text(in); err != nil {
				return err
			}
			continue
		}
		key = ""
	}
}

// text copies the rest of a string and returns it as it is written.
func (u *upload) text(in *bufio.Reader) (string, error) {
	from := u.rest.Len()
	for escaped := false; ; {
		c, err := in.ReadByte()
		if err == io.EOF {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		u.rest.WriteByte(c)
		switch {
		case escaped:
			escaped = false
		case c == '\\':
			escaped = true
		case c == '"':
			return string(u.rest.Bytes()[from : u.rest.Len()-1]), nil
		}
		if u.rest.Len() > maxRest {
			return "", fail(http.StatusRequestEntityTooLarge, "RequestTooLargeException", "The request without its zip file is larger than %d bytes", maxRest)
		}
	}
}

// take decodes a string of base64 into the file.
func (u *upload) take(in *bufio.Reader, spool func() (*os.File, error)) (err error) {
	if u.file, err = spool(); err != nil {
		return err
	}
	text := &jsonText{in: in}
	u.size, err = io.Copy(io.MultiWriter(&capped{u.file, archive.Default().Zipped}, u.sum), base64.NewDecoder(base64.StdEncoding, text))
	if text.err != nil {
		return text.err
	}
	if err != nil {
		var corrupt base64.CorruptInputError
		if !errors.As(err, &corrupt) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("store the zip file: %w", err)
		}
		u.bad = fail(http.StatusBadRequest, "InvalidRequestContentException", "ZipFile is not base64: %s", err)
	}
	_, err = io.Copy(io.Discard, text)
	return err
}

func (u *upload) close() {
	if u.file != nil {
		_ = u.file.Close()
		_ = os.Remove(u.file.Name())
	}
}

func (u *upload) sha256() string { return hex.EncodeToString(u.sum.Sum(nil)) }

// capped writes no more than so much, and says that it has.
type capped struct {
	w    io.Writer
	left int64
}

// Write implements io.Writer.
func (c *capped) Write(p []byte) (int, error) {
	n := min(int64(len(p)), c.left)
	c.left -= n
	if _, err := c.w.Write(p[:n]); err != nil {
		return 0, err
	}
	return len(p), nil
}

// jsonText reads the rest of a JSON string, to its closing quote.
type jsonText struct {
	in   *bufio.Reader
	over bool
	err  error // of in
}

// Read implements io.Reader.
func (t *jsonText) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) && !t.over {
		c, err := t.in.ReadByte()
		if err != nil {
			if t.over = true; err != io.EOF {
				t.err = err
			}
			break
		}
		switch c {
		case '"':
			t.over = true
			continue
		case '\\':
			if c, err = t.escape(); err != nil {
				t.over, t.err = true, err
				continue
			}
		}
		p[n] = c
		n++
	}
	if n == 0 && t.over {
		return 0, io.EOF
	}
	return n, nil
}

// escape reads what stands behind a backslash; only ASCII makes sense in base64.
func (t *jsonText) escape() (byte, error) {
	c, err := t.in.ReadByte()
	if err != nil || c != 'u' {
		return c, err
	}
	hex := make([]byte, 4)
	if _, err := io.ReadFull(t.in, hex); err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(string(hex), 16, 16)
	if err != nil || n > 127 {
		return '%', nil // no base64
	}
	return byte(n), nil
}
