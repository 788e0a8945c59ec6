// Keys: made here and kept here, or public ones that came as Multikey or JWK.
import * as Bls12381Multikey from '@digitalbazaar/bls12-381-multikey';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import * as jose from 'jose';

const BBS = Bls12381Multikey.ALGORITHMS.BBS_BLS12381_SHA256;

const kept = [];

const kinds = {
  'P-256': {
    generate: () => EcdsaMultikey.generate({curve: 'P-256'}),
    toJwk: keyPair => EcdsaMultikey.toJwk({keyPair, secretKey: true}),
    algorithm: 'ES256',
  },
  'P-384': {
    generate: () => EcdsaMultikey.generate({curve: 'P-384'}),
    toJwk: keyPair => EcdsaMultikey.toJwk({keyPair, secretKey: true}),
    algorithm: 'ES384',
  },
  Ed25519: {
    generate: () => Ed25519Multikey.generate(),
    // Its `d` is the seed with the public key after it; RFC 8037 has the seed alone.
    toJwk: async keyPair => {
      const {d, ...jwk} = await Ed25519Multikey.toJwk({keyPair, secretKey: true});
      return {...jwk, d: Buffer.from(d, 'base64url').subarray(0, 32).toString('base64url')};
    },
    algorithm: 'EdDSA',
  },
  BBS: {
    generate: () => Bls12381Multikey.generateBbsKeyPair({algorithm: BBS}),
  },
};

// The public half of a new key; its private half is named by `handle`.
export async function generate({kind}) {
  const {generate, toJwk, algorithm} = kinds[kind];
  const pair = await generate();
  const multikey = (await pair.export({publicKey: true})).publicKeyMultibase;
  pair.controller = `did:key:${multikey}`;
  pair.id = `${pair.controller}#${multikey}`;
  const handle = kept.length;
  if(!toJwk) {
    kept.push({pair});
    return {handle, multikey};
  }
  const {kty, crv, x, y, d} = await toJwk(pair);
  const jwk = {kty, crv, x, ...(y && {y})};
  kept.push({pair, algorithm, secret: await jose.importJWK({...jwk, d}, algorithm)});
  return {handle, multikey, jwk};
}

export function key(handle) {
  return kept[handle];
}

// What signs and verifies texts for libraries that leave it to their callers.
export function signer({secret, algorithm}) {
  return async text => {
    const [header, payload] = text.split('.');
    const jws = await new jose.FlattenedSign(Buffer.from(payload, 'base64url'))
      .setProtectedHeader(JSON.parse(Buffer.from(header, 'base64url')))
      .sign(secret);
    // The library has encoded header and payload already: jose must have come to the same.
    if(`${jws.protected}.${jws.payload}` !== text || !algorithm) {
      throw new Error('the text is not written as jose writes it');
    }
    return jws.signature;
  };
}

export function verifier(jwk) {
  return async (text, signature) => {
    await jose.compactVerify(`${text}.${signature}`, await imported(jwk));
    return true;
  };
}

export function imported(jwk) {
  const {algorithm} = kinds[jwk.crv];
  return jose.importJWK(jwk, algorithm);
}
