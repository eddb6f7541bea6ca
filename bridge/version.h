/* SPDX-License-Identifier: ISC */
/*
 * Protocol versions of Exchange ActiveSync, by the number that the base64
 * query uses (version times ten).  Ordered, so that ranges compare.
 */
#ifndef BRIDGE_VERSION_H
#define BRIDGE_VERSION_H

enum version {
	EAS_NONE = 0,
	EAS_2_5 = 25,
	EAS_12_0 = 120,
	EAS_12_1 = 121,
	EAS_14_0 = 140,
	EAS_14_1 = 141,
	EAS_16_0 = 160,
	EAS_16_1 = 161,
	EAS_ANY = 255, /* as an upper bound: no end */
};

#endif
