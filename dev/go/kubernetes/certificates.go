// Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// certificateRequest is one pair of files NAME.key and NAME.crt. Without an Authority the certificate
// is a self-signed authority, which must come before those that it signs.
type certificateRequest struct {
	Name, Authority, CommonName string
	Organization, DNSNames, IPs []string
}

type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// certificates FOLDER reads a JSON list of certificateRequest from standard input and writes the
// files. They are valid for a year, and from an hour ago, for clocks that are set back.
func certificates() {
	if len(os.Args) != 2 {
		fail("usage: certificates FOLDER < requests.json")
	}
	var requests []certificateRequest
	if err := json.NewDecoder(os.Stdin).Decode(&requests); err != nil {
		fail("certificates: standard input: %v", err)
	}
	authorities := map[string]authority{}
	for _, request := range requests {
		if err := issue(os.Args[1], request, authorities); err != nil {
			fail("certificates: %s: %v", request.Name, err)
		}
	}
}

func issue(folder string, request certificateRequest, authorities map[string]authority) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := certificateTemplate(request)
	signer, signed := authorities[request.Authority]
	if !signed {
		template.IsCA, template.BasicConstraintsValid = true, true
		template.KeyUsage |= x509.KeyUsageCertSign | x509.KeyUsageCRLSign
		template.ExtKeyUsage = nil
		signer = authority{template, key}
		authorities[request.Name] = signer
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, signer.certificate, &key.PublicKey, signer.key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	path := filepath.Join(folder, request.Name)
	if err := os.WriteFile(path+".key", encodePEM("EC PRIVATE KEY", private), 0o600); err != nil {
		return err
	}
	return os.WriteFile(path+".crt", encodePEM("CERTIFICATE", certificate), 0o644)
}

func certificateTemplate(request certificateRequest) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		fail("certificates: %v", err)
	}
	var addresses []net.IP
	for _, text := range request.IPs {
		addresses = append(addresses, net.ParseIP(text))
	}
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: request.CommonName, Organization: request.Organization},
		DNSNames:     request.DNSNames,
		IPAddresses:  addresses,
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().AddDate(1, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
}

func encodePEM(kind string, content []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content})
}
