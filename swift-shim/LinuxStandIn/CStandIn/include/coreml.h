/* Core ML's enumerations, in C as Apple declares them: open to cases that are yet to come, so that
   a switch must say what it does with those, and a raw value that nobody knows is a value all the
   same. */
#ifndef PROPANE_STANDIN_COREML_H
#define PROPANE_STANDIN_COREML_H

#define OPEN_ENUM __attribute__((enum_extensibility(open)))
#define OPEN_OPTIONS __attribute__((flag_enum, enum_extensibility(open)))

typedef enum OPEN_ENUM MLComputeUnits : long {
    MLComputeUnitsCPUOnly = 0,
    MLComputeUnitsCPUAndGPU = 1,
    MLComputeUnitsAll = 2,
    MLComputeUnitsCPUAndNeuralEngine = 3,
} MLComputeUnits;

typedef enum OPEN_ENUM MLMultiArrayDataType : long {
    MLMultiArrayDataTypeDouble = 0x10040,
    MLMultiArrayDataTypeFloat32 = 0x10020,
    MLMultiArrayDataTypeFloat16 = 0x10010,
    MLMultiArrayDataTypeInt32 = 0x20020,
} MLMultiArrayDataType;

typedef enum OPEN_ENUM MLFeatureType : long {
    MLFeatureTypeInvalid = 0,
    MLFeatureTypeInt64 = 1,
    MLFeatureTypeDouble = 2,
    MLFeatureTypeString = 3,
    MLFeatureTypeImage = 4,
    MLFeatureTypeMultiArray = 5,
    MLFeatureTypeDictionary = 6,
    MLFeatureTypeSequence = 7,
    MLFeatureTypeState = 8,
} MLFeatureType;

typedef enum OPEN_ENUM MLMultiArrayShapeConstraintType : long {
    MLMultiArrayShapeConstraintTypeUnspecified = 1,
    MLMultiArrayShapeConstraintTypeEnumerated = 2,
    MLMultiArrayShapeConstraintTypeRange = 3,
} MLMultiArrayShapeConstraintType;

typedef enum OPEN_ENUM MLTaskState : long {
    MLTaskStateSuspended = 1,
    MLTaskStateRunning = 2,
    MLTaskStateCancelling = 3,
    MLTaskStateCompleted = 4,
    MLTaskStateFailed = 5,
} MLTaskState;

typedef enum OPEN_OPTIONS MLUpdateProgressEvent : long {
    MLUpdateProgressEventTrainingBegin = 1,
    MLUpdateProgressEventEpochEnd = 2,
    MLUpdateProgressEventMiniBatchEnd = 4,
} MLUpdateProgressEvent;

#endif
