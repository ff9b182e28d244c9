package propane.engine.cpu.loop;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.util.function.Consumer;

/** Makes an object of a class that is written at run time. */
final class WrittenClass {
    private WrittenClass() {}

    /**
     * Returns the only object of a class with one method, {@code run}.
     *
     * @param type the interface it implements
     * @param run the type of the method
     * @param body writes the method
     */
    static <T> T make(Class<T> type, MethodTypeDesc run, Consumer<CodeBuilder> body) {
        byte[] bytes =
                ClassFile.of()
                        .build(
                                ClassDesc.of(WrittenClass.class.getPackageName(), "WrittenLoop"),
                                made -> {
                                    made.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SYNTHETIC);
                                    made.withInterfaceSymbols(
                                            type.describeConstable().orElseThrow());
                                    made.withMethodBody(
                                            ConstantDescs.INIT_NAME,
                                            ConstantDescs.MTD_void,
                                            0,
                                            WrittenClass::construct);
                                    made.withMethodBody("run", run, ClassFile.ACC_PUBLIC, body);
                                });
        try {
            var lookup = MethodHandles.lookup().defineHiddenClass(bytes, true);
            return type.cast(lookup.lookupClass().getDeclaredConstructor().newInstance());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("a written loop cannot be made", e);
        }
    }

    private static void construct(CodeBuilder code) {
        code.aload(0)
                .invokespecial(
                        ConstantDescs.CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                .return_();
    }
}
